"""Names, streets, towns and trades from which the sample company's world is put together. Any likeness to real ones is chance.

Telephone numbers lie in the ranges that the Bundesnetzagentur keeps free for films and novels; domains end in .example.
"""

# ruff: noqa: SIM905 - lists of names read better as text

from __future__ import annotations

from typing import NamedTuple


class Town(NamedTuple):
    """A town with some of its postcodes; `exchange` is the free range of its telephone numbers, if there is one."""

    name: str
    state: str
    postcodes: tuple[str, ...]
    exchange: str | None = None
    country: str = "DE"


class Trade(NamedTuple):
    """A line of business and what companies in it put into their names."""

    industry: str
    names: tuple[str, ...]


TOWNS = (
    Town("Hamburg", "Hamburg", ("20095", "20457", "20539", "21073", "22041", "22335", "22765"), "+494066969"),
    Town("Berlin", "Berlin", ("10115", "10553", "10997", "12099", "12459", "13355", "13597"), "+493023125"),
    Town("München", "Bayern", ("80331", "80636", "80807", "80939", "81371", "81541", "81829"), "+498999998"),
    Town("Köln", "Nordrhein-Westfalen", ("50667", "50733", "50825", "50968", "51063", "51149"), "+492214710"),
    Town("Frankfurt am Main", "Hessen", ("60311", "60314", "60326", "60437", "60528", "65929"), "+496990009"),
    Town("Bremen", "Bremen", ("28195", "28217", "28307", "28357")),
    Town("Kiel", "Schleswig-Holstein", ("24103", "24118", "24145")),
    Town("Lübeck", "Schleswig-Holstein", ("23552", "23560", "23569")),
    Town("Rostock", "Mecklenburg-Vorpommern", ("18055", "18069", "18147")),
    Town("Hannover", "Niedersachsen", ("30159", "30179", "30453", "30519")),
    Town("Osnabrück", "Niedersachsen", ("49074", "49084", "49090")),
    Town("Göttingen", "Niedersachsen", ("37073", "37079", "37081")),
    Town("Münster", "Nordrhein-Westfalen", ("48143", "48155", "48163")),
    Town("Bielefeld", "Nordrhein-Westfalen", ("33602", "33609", "33719")),
    Town("Düsseldorf", "Nordrhein-Westfalen", ("40210", "40472", "40549", "40599")),
    Town("Dortmund", "Nordrhein-Westfalen", ("44137", "44263", "44379")),
    Town("Kassel", "Hessen", ("34117", "34123", "34134")),
    Town("Erfurt", "Thüringen", ("99084", "99092", "99099")),
    Town("Leipzig", "Sachsen", ("04103", "04229", "04347")),
    Town("Dresden", "Sachsen", ("01067", "01109", "01239")),
    Town("Magdeburg", "Sachsen-Anhalt", ("39104", "39114", "39126")),
    Town("Nürnberg", "Bayern", ("90402", "90431", "90471")),
    Town("Würzburg", "Bayern", ("97070", "97080", "97084")),
    Town("Augsburg", "Bayern", ("86150", "86167", "86199")),
    Town("Regensburg", "Bayern", ("93047", "93055", "93059")),
    Town("Stuttgart", "Baden-Württemberg", ("70173", "70327", "70469", "70565")),
    Town("Karlsruhe", "Baden-Württemberg", ("76131", "76149", "76187")),
    Town("Freiburg im Breisgau", "Baden-Württemberg", ("79098", "79108", "79115")),
    Town("Ulm", "Baden-Württemberg", ("89073", "89077", "89081")),
    Town("Saarbrücken", "Saarland", ("66111", "66117", "66121")),
    Town("Mainz", "Rheinland-Pfalz", ("55116", "55120", "55129")),
    Town("Wien", "Wien", ("1010", "1100", "1210", "1230"), None, "AT"),
    Town("Graz", "Steiermark", ("8010", "8020", "8055"), None, "AT"),
    Town("Zürich", "Zürich", ("8001", "8005", "8048"), None, "CH"),
)

STREETS = tuple(
    street.strip()
    for street in """
    Ahornweg, Alte Poststraße, Am Güterbahnhof, Am Hafen, Am Mühlgraben, An der Bleiche, Bahnhofstraße, Bergstraße,
    Birkenallee, Bismarckstraße, Brückenstraße, Dieselstraße, Eichendorffstraße, Färberstraße, Friedrichstraße,
    Gartenstraße, Gewerbering, Goethestraße, Gutenbergstraße, Hafenstraße, Hauptstraße, Heinrich-Hertz-Straße,
    Im Gewerbepark, Industriestraße, Kaiserstraße, Kastanienweg, Kirchgasse, Königstraße, Lindenallee,
    Lise-Meitner-Straße, Marktplatz, Max-Planck-Straße, Mühlenweg, Neuer Kamp, Ostring, Parkstraße, Robert-Koch-Straße,
    Rosenweg, Schillerstraße, Schloßstraße, Südring, Talstraße, Technologiepark, Uferstraße, Universitätsstraße,
    Wallstraße, Werner-von-Siemens-Straße, Westendstraße, Wiesengrund, Ziegeleiweg
    """.split(",")
)

WOMEN = tuple(
    """
    Alina Andrea Anja Anke Anna Annika Antje Ayşe Beate Birgit Britta Carolin Christina Claudia Cornelia Doris Elif Elke
    Emma Eva Franziska Gesine Hanna Heike Helene Ilka Imke Ines Jana Johanna Julia Karin Katharina Kerstin Lara Lea Lena
    Magdalena Maike Mareike Marlene Melanie Meryem Monika Nadine Natalia Nele Nicole Petra Ramona Renate Sandra Silke
    Sonja Stefanie Svenja Tanja Ulrike Ursula Verena Wiebke Zoë
    """.split()
)

MEN = tuple(
    """
    Achim Alexander Andreas Arne Axel Benedikt Bernd Björn Carsten Christian Daniel David Dennis Detlef Dirk Emre Erik
    Fabian Felix Florian Frank Georg Günter Hannes Hendrik Holger Ivan Jakob Jan Jens Jörg Johannes Jürgen Kai Karsten
    Klaus Lars Leon Lorenz Lutz Manuel Marco Markus Matthias Mehmet Michael Moritz Nils Olaf Oliver Patrick Paul Philipp
    Rainer Ralf René Rüdiger Sebastian Simon Stefan Sven Thomas Tim Torsten Uwe Volker Wolfgang
    """.split()
)

FAMILIES = tuple(
    """
    Abel Adler Ahrens Albrecht Altmann Arnold Aydın Bachmann Barth Baumann Beckmann Behrens Berger Blum Böhm Bönisch
    Brandt Brinkmann Bühler Busch Christiansen Claußen Dahlke Dietz Dörfler Ebert Eggers Engelhardt Esser Falk Feldmann
    Fink Fiedler Franke Freytag Frühauf Gärtner Gebauer Geiger Gerlach Göbel Grabowski Greve Groß Günther Haas Hagedorn
    Harms Heinemann Hellwig Hermann Hinrichs Hoppe Hübner Jäger Janßen Jost Kaminski Karaca Keßler Kirchner Klein Knoll
    Köhler Kowalczyk Krämer Kröger Kühn Kunze Lange Lehmann Lindner Lohse Löffler Ludwig Mahler Marquardt Mayr Meißner
    Menzel Möller Mühlbauer Müller Nägele Neumann Niemeyer Nowak Oberländer Ott Özkan Paulsen Petry Pohl Preuß Quast
    Rademacher Reichert Reimann Richter Rösler Roth Ruß Sander Schäfer Scharf Schlüter Schönfeld Schröter Schubert
    Seidel Siebert Sommerfeld Stahl Steinbach Strauß Süß Thiele Thomsen Trautmann Uhlig Ulrich Vetter Vogel Völker
    Wächter Wegener Weiß Wendt Wieland Wittmann Wolff Wörner Yıldız Zander Zeller Ziegler Zöllner
    """.split()
)

TRADES = (
    Trade(
        "manufacturing", ("Präzisionstechnik", "Metallbau", "Kunststofftechnik", "Werkzeugbau", "Antriebstechnik", "Fördertechnik")
    ),
    Trade("automotive", ("Fahrzeugteile", "Karosseriebau", "Fahrzeugtechnik")),
    Trade("logistics", ("Spedition", "Logistik", "Lagerhaus", "Transporte")),
    Trade("construction", ("Bau", "Hoch- und Tiefbau", "Holzbau", "Gerüstbau")),
    Trade("energy", ("Energietechnik", "Solartechnik", "Windkraft", "Stadtwerke-Service")),
    Trade("healthcare", ("Medizintechnik", "Klinikbedarf", "Pflegedienste")),
    Trade("retail", ("Handelshaus", "Fachmärkte", "Großhandel", "Feinkost")),
    Trade("chemicals", ("Chemie", "Lacke", "Verfahrenstechnik")),
    Trade("it_services", ("IT-Beratung", "Systemhaus", "Netzwerke")),
    Trade("software", ("Software", "Datentechnik")),
    Trade("agriculture", ("Agrar", "Landtechnik", "Saatgut")),
    Trade("hospitality", ("Hotels", "Gastronomie")),
    Trade("media", ("Verlag", "Druck", "Medien")),
    Trade("real_estate", ("Immobilien", "Hausverwaltung")),
    Trade("consulting", ("Unternehmensberatung", "Ingenieurbüro")),
    Trade("education", ("Akademie", "Bildungswerk")),
    Trade("technology", ("Sensorik", "Messtechnik", "Automation", "Optik")),
    Trade("insurance", ("Versicherungsmakler",)),
)

LEGAL_FORMS = (
    ("gmbh", "GmbH", 55),
    ("gmbh_co_kg", "GmbH & Co. KG", 20),
    ("ag", "AG", 7),
    ("kg", "KG", 7),
    ("ug", "UG (haftungsbeschränkt)", 3),
    ("eg", "eG", 3),
    ("ohg", "OHG", 3),
    ("eu", "e. K.", 2),
)

POSITIONS = (
    ("Geschäftsführung", "Geschäftsführung"),
    ("Leitung Einkauf", "Einkauf"),
    ("Einkauf", "Einkauf"),
    ("Leitung IT", "IT"),
    ("IT-Administration", "IT"),
    ("Leitung Produktion", "Produktion"),
    ("Instandhaltung", "Produktion"),
    ("Leitung Vertrieb", "Vertrieb"),
    ("Vertriebsinnendienst", "Vertrieb"),
    ("Qualitätsmanagement", "Qualität"),
    ("Kaufmännische Leitung", "Finanzen"),
    ("Buchhaltung", "Finanzen"),
    ("Projektleitung", "Projekte"),
    ("Assistenz der Geschäftsführung", "Geschäftsführung"),
    ("Technische Leitung", "Technik"),
    ("Personalleitung", "Personal"),
)
