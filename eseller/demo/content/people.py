"""Invented people for the demo orders: names and places by country. Any likeness is chance."""

from typing import NamedTuple


class Country(NamedTuple):
    """What an address in a country is made of; ``postal`` is a pattern where each 0 becomes a digit."""

    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    postal: str
    number_first: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


COUNTRIES = {
    "DK": Country(
        "da",
        _words("Asta Bjørk Ditte Elvin Frej Gry Hjalte Ida Jeppe Karla Laust Merle Nanna Otto Rie Storm Thit Vilas"),
        _words("Mosebæk Tangvig Lyngholt Skovsø Birkelev Havrebjerre Sandkær Rugtved Klintø Enghusby"),
        _words("Lyngvænget Havnegangen Møllestien Rugmarken Tranevej Skolebakken Kirsebærgangen Nørreled"),
        _words("Strandemose Lyngerup_Havn Øster_Bavn Klitsø Hvidemølle Søndermarke"),
        "0000",
    ),
    "SE": Country(
        "en",
        _words("Alva Björn Ebba Folke Greta Hedvig Ivar Linnea Melker Saga Tuva Ville"),
        _words("Björkmo Sjövalla Granhult Tallåker Kvarnlid Ängsvik Stenlycka"),
        _words("Tallstigen Sjövägen Kvarngränd Björkbacken Hamnvägen"),
        _words("Granvik Norrsund Älvmossa Kvarnlöv"),
        "000 00",
    ),
    "NO": Country(
        "en",
        _words("Aurora Eirik Frøya Håkon Ingvild Jorunn Leif Oda Sindre Tiril"),
        _words("Fjordheim Granlund Bekkevik Steinlia Nordvatn Tindmark"),
        _words("Fjordgata Tindveien Bekkestien Naustveien"),
        _words("Nordvåg Steinfjæra Bjørkedalsnes"),
        "0000",
    ),
    "DE": Country(
        "de",
        _words(
            "Annika Bruno Carla Dietmar Edda Falk Greta Henrik Ilka Jasper Lore Malte Nele Ole Paula Ruth Sönke Uta"
        ),
        _words("Haselbruck Tannroth Weidenmoor Kupferbach Ahornsee Steinlohe Birnhorst Roggenthal Espenrade"),
        _words("Amselgang Lindenstieg Hafenzeile Gerberweg Kastanienring Werkstraße Mühlgasse Ziegelhof"),
        _words("Haselried Tannwerder Kupferlohe Neu_Weidenau Birnstedt Steinmoor"),
        "00000",
    ),
    "AT": Country(
        "de",
        _words("Alois Burgi Ferdl Gundi Heidi Korbinian Leni Vroni Xaver"),
        _words("Almreither Tannleitner Steinacher Gamsegger Moosbruckner"),
        _words("Almweg Kirchsteig Bachzeile Marktgasse"),
        _words("Steinalm Gamsbruck Moosleiten"),
        "0000",
    ),
    "NL": Country(
        "en",
        _words("Anouk Bram Daan Femke Gijs Hanneke Joost Lotte Pim Sanne"),
        _words("van_der_Wilg Duinmeer Rietveen Molenkamp Zandhoek"),
        _words("Dijkpad Molenlaan Rietkade Duinstraat"),
        _words("Rietveen Duinmeer Oudwilgen"),
        "0000 AB",
    ),
    "BE": Country(
        "en",
        _words("Amélie Bart Céline Dries Elke Hugo Nele Wout"),
        _words("Wilgenrode Beekhoven Lindevoort Steenakker"),
        _words("Beeklaan Kapelstraat Lindedreef"),
        _words("Beekhoven Lindevoort"),
        "0000",
    ),
    "PL": Country(
        "en",
        _words("Aniela Bolek Celina Darek Hania Igor Jagoda Zosia"),
        _words("Brzozowiak Lipniczek Sosnarz Jeziorek"),
        _words("Lipowa Brzozowa Młynarska"),
        _words("Lipniczki Nowe_Brzozy"),
        "00-000",
    ),
    "FR": Country(
        "en",
        _words("Adèle Bastien Clémence Gaspard Inès Lucien Margot Rémi"),
        _words("Boisjoly Clairpré Montbruyère Valserein"),
        _words("rue_du_Lavoir allée_des_Tilleuls chemin_des_Vignes"),
        _words("Clairpré-sur-Onde Montbruyère"),
        "00000",
        number_first=True,
    ),
    "GB": Country(
        "en",
        _words("Ada Bertie Clover Dilys Edwin Fern Gwen Hugh Ivy Jem Kit Lowen Mabel Ned Olive Percy Rhona Wilf"),
        _words("Appleyarrow Brackenby Coldharrow Dunmarsh Fernhollow Greywether Larkspire Mossop-Vane Pipkinson"),
        _words("Halt_Lane Orchard_Rise Tannery_Row Chapel_Steps Wharf_Street Gorse_Close Bellfounders_Yard"),
        _words("Nether_Pippin Upper_Thrushley Coldwick Marram_Bay Little_Gorsing Hexley_Mill"),
        "ZZ0 0XX",
        number_first=True,
    ),
    "IE": Country(
        "en",
        _words("Aoife Cormac Fiadh Niall Oisín Róisín Tadhg Una"),
        _words("Glenbarrow Killorchard Dunrath Mossgrove"),
        _words("Quay_Road Abbey_Lane Heron_Terrace"),
        _words("Ballymarram Kilthrush Dunrath"),
        "Z00 XX00",
        number_first=True,
    ),
}
COMPANIES = (
    "Metallbau",
    "Tischlerei",
    "Haustechnik",
    "Stadtwerke",
    "Maschinenbau",
    "Dachwerk",
    "Hofladen",
    "Segelwerft",
)
